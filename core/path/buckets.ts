/**
 * How much more likely what a hop answers is if a token bucket bounds it, than if it is by chance which probes are answered,
 * however many: so much so that chance alone comes to `1 / evidence` at most (an e-value, by Markov's inequality).
 *
 * A bucket gives out what it has saved, and then one answer each time that it has a token again; so what it has is known from
 * what was answered, and with it what comes next: an answer, unless that is lost on the path, or none. The probability of all
 * outcomes is held against what chance gives them: so many answers of so many probes, in any order.
 *
 * Others have so many tokens in each second, and then none until the next begins, whenever that may be. Loss in bursts has turns of
 * losses and answers as well, so theirs is held against what a chain of two states gives it at most, whatever its steps.
 */
import { logChoose } from "./chance.ts";

export interface Bucket {
  readonly perSecond: number;
  /** In tokens: as many as it saves, and so many it has at first. */
  readonly burst: number;
  /** It is filled so long after each second of the events' time begins, and at no other time; absent of one that is filled steadily. */
  readonly filledAtUs?: number;
}

/** Rates and bursts that are configured, as a rule. */
const RATES = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 16, 20] as const;
const BURSTS = [1, 2, 3, 5, 6, 10] as const;
export const BUCKETS: readonly Bucket[] = RATES.flatMap((perSecond) => BURSTS.map((burst) => ({ perSecond, burst })));

/** Seconds may begin anywhere: so many times in one are enough, since clocks tremble by about as much. */
const BEGINS = 20;
const SECOND_US = 1_000_000;
const PER_SECOND = [1, 2, 3, 4, 5, 6, 7, 8, 10] as const;
export const SECONDS: readonly Bucket[] = PER_SECOND.flatMap((perSecond) =>
  Array.from({ length: BEGINS }, (_, place) => ({
    perSecond,
    burst: perSecond,
    filledAtUs: place * SECOND_US / BEGINS,
  }))
);

/**
 * Linux sends an error a second to each host over IPv4, six at once
 * (`net.ipv4.icmp_ratelimit`, the bucket of `inet_peer_xrlim_allow`), and over IPv6 one or ten and up to sixteen times as many
 * (`net.ipv6.icmp.ratelimit`: the shorter the prefix of the route back the more).
 */
export const LINUX_BUCKETS: readonly Bucket[] = [1, 2, 4, 8, 10, 16, 20].map((perSecond) => ({ perSecond, burst: 6 }));

/** Who is asked no more often than this part of a rate is hardly limited by it. */
const LEAST_ASKED = 1.05;
/** By clocks of its own, and a way that is quicker now and then, it may just have one, or not: in time, and in tokens. */
const LEEWAY = { us: 20_000, least: 0.01, most: 0.25 } as const;
const BETWEEN_US = SECOND_US / BEGINS / 2;
/** In tokens: as much as it may owe by these; an answer between two seconds may be of the next. */
const DEBT = 0.25;
const DEBT_BETWEEN = 1;
/** Of probes without a token so many are answered all the same: it is a limit, after all. */
const WITHOUT_TOKEN = 0.01;
/** As a logarithm: what is so much less likely than by chance is not looked at any further. */
const HOPELESS = -20;
/** So many answers of so many are assumed before any is known: with a token, and where that is doubtful. */
const ASSUMED = { full: { answered: 4, asked: 5 }, doubtful: { answered: 1, asked: 2 } } as const;
/** Where so much is answered, a loss now and then looks as regular: then the first has to be the bucket's, too. */
const MOST_ANSWERED = 0.7;
/** Times of one probe differ by no more: they may be of different clocks. */
const SAME_US = 1_000;

/** What a hop was asked, in the order of sending, from the first probe on that it has not answered. */
export interface Asked {
  readonly timesUs: readonly number[];
  readonly answers: readonly boolean[];
  /** Of which flow each is. */
  readonly flows: readonly number[];
  /** Answers before that, from this time on. */
  readonly answeredBefore: number;
  readonly firstUs: number;
}

/** The same of these flows alone, which all answers are of; `undefined` where nothing of them is lost. */
export function askedOfFlows(asked: Asked, flows: readonly number[]): Asked | undefined {
  const places = asked.flows.keys().filter((place) => flows.includes(asked.flows[place]!)).toArray();
  if (places.length === asked.flows.length) return asked;
  const before = places.findIndex((place) => !asked.answers[place]);
  if (before < 0) return undefined;
  const left = places.slice(before);
  return {
    timesUs: left.map((place) => asked.timesUs[place]!),
    answers: left.map((place) => asked.answers[place]!),
    flows: left.map((place) => asked.flows[place]!),
    answeredBefore: asked.answeredBefore + before,
    firstUs: asked.firstUs,
  };
}

/** Of each bucket; `undefined` where it would hardly be a limit. */
export type Evidence = readonly (number | undefined)[];

/** `answersUs`: when probes left that whoever it is has answered, these and others, in their order. */
export function evidencesAmong(buckets: readonly Bucket[], asked: Asked, answersUs: readonly number[] = []): Evidence {
  const { timesUs, answers } = asked;
  const [lostUs = 0, latestUs = 0] = [timesUs[0], timesUs.at(-1)];
  const probesPerSecond = (timesUs.length - 1) * SECOND_US / (latestUs - lostUs);
  const isMostAnswered = answers.filter(Boolean).length >= MOST_ANSWERED * answers.length;
  const spentUs = elsewhere(asked, answersUs);
  const byChance = { steady: logOfAnyOrder(answers), inSeconds: logOfTurns(answers) };
  return buckets.map((bucket) => {
    const { perSecond, burst, filledAtUs } = bucket;
    if (!(probesPerSecond > perSecond * LEAST_ASKED && probesPerSecond < Infinity)) return undefined;
    const isSteady = filledAtUs === undefined;
    // What was not answered in a second had none left.
    const saved = isSteady ? savedAtFirst(bucket, asked, answersUs) : 0;
    if (saved < -DEBT || (isMostAnswered && (saved >= 1 || !isSteady))) return 0;
    const evidenceOf = (tokens: number, mayLose: boolean): number => {
      const logByChance = isSteady ? byChance.steady : byChance.inSeconds;
      return Math.exp(logLikelihood(asked, bucket, spentUs, { saved: tokens, mayLose, logByChance }) - logByChance);
    };
    return (evidenceOf(Math.min(saved, burst), false) + evidenceOf(Math.min(saved, 1), true)) / 2;
  });
}

/** How much more likely what was answered is by a chain of two states than in any order: what evidences are held against. */
export function oddsOfTurns({ answers }: Asked): number {
  return Math.exp(logOfTurns(answers) - logOfAnyOrder(answers));
}

/** The first is known not to be answered. */
function logOfAnyOrder([, ...answers]: readonly boolean[]): number {
  return -logChoose(answers.length, answers.filter(Boolean).length);
}

/** As likely as they are at most if each outcome depends on the one before. */
function logOfTurns(answers: readonly boolean[]): number {
  return [true, false].reduce((sum, before) => {
    const next = answers.filter((_, place) => place > 0 && answers[place - 1] === before);
    const count = next.filter(Boolean).length;
    return sum + logPower(count, next.length) + logPower(next.length - count, next.length);
  }, 0);
}

function logPower(count: number, total: number): number {
  return count === 0 ? 0 : count * Math.log(count / total);
}

/**
 * The same of what was answered up to the first that is not, and of that one, by a bucket full at first. It is of use with the
 * evidence behind it alone: an outage, too, begins with answers.
 */
export function evidenceBefore(bucket: Bucket, asked: Asked, answersUs: readonly number[] = []): number {
  const { answers, answeredBefore } = asked;
  const { answered, asked: outOf } = ASSUMED.full;
  const count = answeredBefore + answers.length;
  const sum = answeredBefore + answers.filter(Boolean).length;
  const state = stateOf(bucket, savedAtFirst(bucket, asked, answersUs), asked.timesUs[0] ?? 0);
  const lost = 1 - (state === undefined ? WITHOUT_TOKEN : ASSUMED[state].answered / ASSUMED[state].asked);
  let ratio = lost / ((count - sum) / answers.length);
  for (let before = 0; before < answeredBefore; before++) {
    ratio *= (answered + before) / (outOf + before) / ((sum - before) / (count - before));
  }
  return ratio;
}

/** What it has left of all it had and got when the first probe comes that is not answered. */
function savedAtFirst({ perSecond, burst }: Bucket, asked: Asked, answersUs: readonly number[]): number {
  const { timesUs: [lostUs = 0], answeredBefore, firstUs } = asked;
  const spent = Math.max(answeredBefore, answersUs.filter((atUs) => atUs < lostUs - SAME_US).length);
  const beforeUs = lostUs - Math.min(firstUs, answersUs[0] ?? firstUs);
  return burst + beforeUs * perSecond / SECOND_US - spent;
}

/** Whether it answers, with so much at this time; `undefined` where it does not. */
function stateOf({ perSecond, filledAtUs }: Bucket, tokens: number, atUs: number): keyof typeof ASSUMED | undefined {
  if (filledAtUs !== undefined) {
    if (isBetweenSeconds(filledAtUs, atUs)) return "doubtful";
    return tokens >= 1 ? "full" : undefined;
  }
  const leeway = Math.min(LEEWAY.most, LEEWAY.least + LEEWAY.us * perSecond / SECOND_US);
  if (tokens < 1 - leeway) return undefined;
  return tokens < 1 + leeway ? "doubtful" : "full";
}

/** Nobody knows in which of both it is. */
function isBetweenSeconds(filledAtUs: number, atUs: number): boolean {
  const sinceUs = (atUs - filledAtUs) % SECOND_US;
  return Math.min(Math.abs(sinceUs), SECOND_US - Math.abs(sinceUs)) <= BETWEEN_US;
}

/** Which of these probes a bucket that is empty at the first of them answers, by when they were sent. */
export function givenBy(bucket: Bucket, timesUs: readonly number[]): readonly number[] {
  let tokens = 0;
  let latestUs = timesUs[0] ?? 0;
  return timesUs.filter((atUs) => {
    tokens = filled(bucket, tokens, latestUs, atUs);
    latestUs = Math.max(atUs, latestUs);
    const isGiven = tokens >= 1;
    if (isGiven) tokens -= 1;
    return isGiven;
  });
}

/** What it has when it had so much at another time; no time before then takes any of it. */
function filled({ perSecond, burst, filledAtUs }: Bucket, tokens: number, fromUs: number, atUs: number): number {
  if (filledAtUs === undefined) return Math.min(burst, tokens + Math.max(0, atUs - fromUs) * perSecond / SECOND_US);
  const secondOf = (timeUs: number): number => Math.floor((timeUs - filledAtUs) / SECOND_US);
  const seconds = secondOf(atUs) - secondOf(fromUs);
  const both = seconds === 0 ? tokens : seconds === 1 ? tokens + burst : burst;
  return isBetweenSeconds(filledAtUs, atUs) ? both : Math.min(burst, both);
}

/** All behind the first that is not answered, but one for each that is. */
function elsewhere({ timesUs, answers }: Asked, answersUs: readonly number[]): readonly number[] {
  let place = 0;
  let isOwnFound = true;
  return answersUs.filter((atUs) => {
    if (atUs < timesUs[0]! - SAME_US) return false;
    for (; timesUs[place + 1]! < atUs + SAME_US; place++) isOwnFound = !answers[place + 1];
    if (isOwnFound) return true;
    isOwnFound = true;
    return false;
  });
}

/**
 * Of all behind the first, as far as it is not hopeless. `mayLose`: what is not answered, though there was a token, may have taken
 * it.
 */
function logLikelihood(
  { timesUs, answers }: Asked,
  bucket: Bucket,
  spentUs: readonly number[],
  { saved, mayLose, logByChance }: { readonly saved: number; readonly mayLose: boolean; readonly logByChance: number },
): number {
  let tokens = saved;
  let latestUs = timesUs[0]!;
  let spent = 0;
  const known = { full: { ...ASSUMED.full }, doubtful: { ...ASSUMED.doubtful } };
  let log = 0;
  const isHopeless = (place: number): boolean => log < HOPELESS + logByChance * place / timesUs.length;
  const gain = (atUs: number): void => {
    tokens = filled(bucket, tokens, latestUs, atUs);
    latestUs = Math.max(atUs, latestUs);
  };
  const most = bucket.filledAtUs === undefined ? DEBT : DEBT_BETWEEN;
  const spend = (): void => {
    tokens = Math.max(-most, tokens - 1);
  };
  for (let place = 1; place < timesUs.length; place++) {
    if (isHopeless(place)) return -Infinity;
    const [atUs, isAnswered] = [timesUs[place]!, answers[place]!];
    for (; spentUs[spent]! < atUs; spent++) {
      gain(spentUs[spent]!);
      if (stateOf(bucket, tokens, spentUs[spent]!) === undefined) log += Math.log(WITHOUT_TOKEN);
      spend();
    }
    gain(atUs);
    const name = stateOf(bucket, tokens, atUs);
    const state = name && known[name];
    const probability = state === undefined ? WITHOUT_TOKEN : state.answered / state.asked;
    log += Math.log(isAnswered ? probability : 1 - probability);
    if (state !== undefined) {
      state.asked += 1;
      if (isAnswered) state.answered += 1;
    }
    if (isAnswered) spend();
    else if (mayLose) tokens = Math.min(1, tokens);
  }
  return log;
}
