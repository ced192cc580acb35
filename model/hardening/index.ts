export type { Control, ControlId, Finding, ImageFacts, Subject } from "./control";
export {
  CONTROLS,
  hardeningScore,
  inspectScore,
  type ContainerScore,
  type ScoreFacts,
  type StackScore,
} from "./score";
export { viewOfInputs, type ContainerView } from "./view";
export { viewOfInspect } from "./inspect";
