import { runService } from "../../kit";
import { prism } from "./service";

runService(prism());
