import { runService } from "../../kit/main";
import { authn } from "./service";

runService(authn);
