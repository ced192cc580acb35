import { runService } from "../../kit/main";
import { normalizer } from "./service";

runService(normalizer());
