import { runService } from "../../kit/main";
import { assets } from "./assets";
import { apiDocs } from "./service";

runService(apiDocs({ assets }));
