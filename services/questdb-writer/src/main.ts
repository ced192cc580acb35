import { runService } from "../../kit/main";
import { questdbWriter } from "./service";

runService(questdbWriter);
