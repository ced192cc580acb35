import { parseDuration } from "../units";
import type { Shape } from "./scenarios";

/** A stretch of time in which the rate goes in a straight line. */
export interface Segment {
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}

export function segmentsOf(shape: Shape): readonly Segment[] {
  if (shape.kind === "constant") {
    return [{ seconds: parseDuration(shape.duration) / 1000, from: shape.rate, to: shape.rate }];
  }
  return shape.stages.map(({ target, duration }, index) => ({
    seconds: parseDuration(duration) / 1000,
    from: index === 0 ? shape.startRate : (shape.stages[index - 1]?.target ?? shape.startRate),
    to: target,
  }));
}

export function totalSeconds(shape: Shape): number {
  return segmentsOf(shape).reduce((sum, { seconds }) => sum + seconds, 0);
}

export function peakRate(shape: Shape): number {
  return Math.max(...segmentsOf(shape).flatMap(({ from, to }) => [from, to]));
}

/** Requests a second that are to be sent at a moment, in seconds from the beginning; 0 before and after. */
export function rateAt(shape: Shape, second: number): number {
  let began = 0;
  for (const { seconds, from, to } of segmentsOf(shape)) {
    if (second >= began && second <= began + seconds)
      return seconds === 0 ? to : from + ((to - from) * (second - began)) / seconds;
    began += seconds;
  }
  return 0;
}

/** How many requests are to be sent in all. */
export function plannedRequests(shape: Shape): number {
  return Math.round(
    segmentsOf(shape).reduce((sum, { seconds, from, to }) => sum + (seconds * (from + to)) / 2, 0),
  );
}

/** The same course in another time: stages keep their shares of the whole. */
export function stretched(shape: Shape, seconds: number): Shape {
  if (shape.kind === "constant") return { ...shape, duration: `${seconds * 1000}ms` };
  const factor = seconds / totalSeconds(shape);
  return {
    ...shape,
    stages: shape.stages.map(({ target, duration }) => ({
      target,
      duration: `${Math.round(parseDuration(duration) * factor)}ms` as const,
    })),
  };
}
