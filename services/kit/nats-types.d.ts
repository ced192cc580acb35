/**
 * The NATS packages name their types only under `exports`, which module resolution "node10" does not read.
 * What is imported at run time is the packages themselves; this says where their types lie.
 */
declare module "@nats-io/nats-core" {
  export * from "@nats-io/nats-core/lib/mod";
}
declare module "@nats-io/nats-core/internal" {
  export * from "@nats-io/nats-core/lib/internal_mod";
}
declare module "@nats-io/jetstream" {
  export * from "@nats-io/jetstream/lib/mod";
}
