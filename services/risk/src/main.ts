import { runService } from "../../kit/main";
import { riskService } from "./service";

runService(riskService());
