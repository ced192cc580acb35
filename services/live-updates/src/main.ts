import { runService } from "../../kit/main";
import { liveUpdates } from "./service";

runService(liveUpdates());
