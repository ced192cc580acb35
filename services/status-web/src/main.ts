import { runService } from "../../kit/main";
import { statusWeb } from "./service";

runService(statusWeb);
