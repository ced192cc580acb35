import { runService } from "../../kit/main";
import { oms } from "./service";

runService(oms());
