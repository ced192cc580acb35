import { runService } from "../../kit/main";
import { natsExporter } from "./service";

runService(natsExporter);
