import { runService } from "../../kit";
import { exeq } from "./service";

runService(exeq());
