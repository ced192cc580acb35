import { runService } from "../../kit/main";
import { hotCache } from "./service";

runService(hotCache());
