import { runService } from "../../kit/main";
import { marketDataGateway } from "./service";

runService(marketDataGateway());
