import { runService } from "../../kit/main";
import { engineExporter } from "./service";

runService(engineExporter);
