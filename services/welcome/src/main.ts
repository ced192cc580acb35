import { runService } from "../../kit/main";
import { welcome } from "./service";

runService(welcome);
