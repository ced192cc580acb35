export * from "./messages";
export * from "./order";
export * from "./states";
export * from "./streams";
export * from "./subjects";
export * from "./values";
