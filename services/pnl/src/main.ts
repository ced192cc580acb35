import { runService } from "../../kit/main";
import { pnlService } from "./service";

runService(pnlService());
