/**
 * Limits (`--fail-if`): their text, and whether a measured path keeps them. What a crossed one leads to, and how it is told,
 * is decided elsewhere.
 */
export { idleLimit, judge, type Judgement } from "./judgement.ts";
export { type Limit, type ParsedLimit, parseLimit } from "./limit.ts";
export { type MetricName, METRICS, type MetricUnit, targetFiguresOf } from "./metrics.ts";
export { OPERATORS } from "./operators.ts";
