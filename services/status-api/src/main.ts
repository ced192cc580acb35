import { runService } from "../../kit/main";
import { statusApi } from "./service";

runService(statusApi());
