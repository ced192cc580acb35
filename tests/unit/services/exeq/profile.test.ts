import { VolumeProfiles } from "../../../../services/exeq/src/profile";
import { START } from "./orders";

const MINUTE = 60_000;
const DAY = 86_400_000;
const bar = (timestamp: number, volume: string) => ({
  symbol: "AAPL",
  interval: "1m" as const,
  timestamp,
  volume,
});

function profileOf(volumes: readonly string[], from = START - DAY): VolumeProfiles {
  const profiles = new VolumeProfiles();
  volumes.forEach((volume, index) => profiles.add(bar(from + index * MINUTE, volume)));
  return profiles;
}

test("a bucket expects what its minutes saw a day before, by the part that is in it", () => {
  const profiles = profileOf(["10", "20", "30", "40", "1", "1", "1", "1", "1", "1"]);
  const times = [START, START + 1.5 * MINUTE, START + 3 * MINUTE];
  expect(profiles.expected("AAPL", times, START + 4 * MINUTE)).toEqual(["20", "40", "40"]);
});

test("a minute without a bar counts as the mean of those with one", () => {
  const profiles = profileOf(Array.from({ length: 10 }, () => "6"));
  const from = START + 5 * 3600_000;
  expect(profiles.expected("AAPL", [from], from + MINUTE)).toEqual(["6"]);
});

test("too few minutes, no volume and an unknown symbol are no data", () => {
  expect(profileOf(["1", "2", "3"]).expected("AAPL", [START], START + MINUTE)).toBeUndefined();
  expect(
    profileOf(Array.from({ length: 20 }, () => "0")).expected("AAPL", [START], START + MINUTE),
  ).toBeUndefined();
  expect(
    profileOf(Array.from({ length: 20 }, () => "1")).expected("MSFT", [START], START + MINUTE),
  ).toBeUndefined();
});

test("told again, a bar replaces itself; an older day's does not replace today's; other intervals are not read", () => {
  const profiles = profileOf(
    Array.from({ length: 10 }, () => "5"),
    START,
  );
  profiles.add(bar(START, "7"));
  profiles.add(bar(START - DAY, "1000"));
  profiles.add({ symbol: "AAPL", interval: "5m", timestamp: START, volume: "900" });
  expect(profiles.expected("AAPL", [START], START + MINUTE)).toEqual(["7"]);
});
