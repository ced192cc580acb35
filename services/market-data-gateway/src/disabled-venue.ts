import type { Venue, VenueStatus } from "./venue";

/** A venue that nobody has set up: it says why, and has no prices. */
export class DisabledVenue implements Venue {
  constructor(
    readonly name: string,
    private readonly reason: string,
  ) {}

  start(): void {
    // it has nothing to tell
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  status(): VenueStatus {
    return { venue: this.name, state: "disabled", reason: this.reason, symbols: [] };
  }

  book(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
