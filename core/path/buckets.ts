/**
 * How much more likely what a hop answers is if a token bucket bounds it, than if it is by chance which probes are answered,
 * however many: so much so that chance alone comes to `1 / evidence` at most (an e-value, by Markov's inequality).
 *
 * A bucket gives out what it has saved, and then one answer each time that it has a token again; so what it has is known from
 * what was answered, and with it what comes next: an answer, unless that is lost on the path, or none. The probability of each
 * outcome is held against what chance gives it, which is the part of answers among the outcomes that are left.
 */

export interface Bucket {
  readonly perSecond: number;
  /** In tokens: as many as it saves, and so many it has at first. */
  readonly burst: number;
}

/** Rates and bursts that are configured, as a rule. */
const RATES = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 16, 20] as const;
const BURSTS = [1, 2, 3, 5, 6, 10] as const;
export const BUCKETS: readonly Bucket[] = RATES.flatMap((perSecond) => BURSTS.map((burst) => ({ perSecond, burst })));

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
/** In tokens: as much as it may owe by these. */
const DEBT = 0.25;
/** Of probes without a token so many are answered all the same: it is a limit, after all. */
const WITHOUT_TOKEN = 0.01;
/** So many answers of so many are assumed before any is known: with a token, and where that is doubtful. */
const ASSUMED = { full: { answered: 4, asked: 5 }, doubtful: { answered: 1, asked: 2 } } as const;
/** Where so much is answered, a loss now and then looks as regular: then the first has to be the bucket's, too. */
const MOST_ANSWERED = 0.7;
/** As a logarithm: it is not looked at any further. */
const HOPELESS = -20;
const SECOND_US = 1_000_000;
/** Times of one probe differ by no more: they may be of different clocks. */
const SAME_US = 1_000;

/** What a hop was asked, in the order of sending, from the first probe on that it has not answered. */
export interface Asked {
  readonly timesUs: readonly number[];
  readonly answers: readonly boolean[];
  /** Answers before that, from this time on. */
  readonly answeredBefore: number;
  readonly firstUs: number;
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
  return buckets.map((bucket) => {
    const { perSecond, burst } = bucket;
    if (!(probesPerSecond > perSecond * LEAST_ASKED && probesPerSecond < Infinity)) return undefined;
    const saved = savedAtFirst(bucket, asked, answersUs);
    if (saved < -DEBT || (isMostAnswered && saved >= 1)) return 0;
    return (evidence(asked, bucket, spentUs, Math.min(saved, burst), false) +
      evidence(asked, bucket, spentUs, Math.min(saved, 1), true)) / 2;
  });
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
  const state = stateOf(bucket, savedAtFirst(bucket, asked, answersUs));
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

/** Whether it answers, with so much; `undefined` where it does not. */
function stateOf({ perSecond }: Bucket, tokens: number): keyof typeof ASSUMED | undefined {
  const leeway = Math.min(LEEWAY.most, LEEWAY.least + LEEWAY.us * perSecond / SECOND_US);
  if (tokens < 1 - leeway) return undefined;
  return tokens < 1 + leeway ? "doubtful" : "full";
}

/** Which of these probes a bucket that is empty at the first of them answers, by when they were sent. */
export function givenBy(bucket: Bucket, timesUs: readonly number[]): readonly number[] {
  let tokens = 0;
  let latestUs = timesUs[0] ?? 0;
  return timesUs.filter((atUs) => {
    tokens = filled(bucket, tokens, atUs - latestUs);
    latestUs = Math.max(atUs, latestUs);
    const isGiven = tokens >= 1;
    if (isGiven) tokens -= 1;
    return isGiven;
  });
}

/** What it has when it had so much before; no time before then takes any of it. */
function filled({ perSecond, burst }: Bucket, tokens: number, afterUs: number): number {
  return Math.min(burst, tokens + Math.max(0, afterUs) * perSecond / SECOND_US);
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

/** `mayLose`: what is not answered, though there was a token, may have taken it. */
function evidence(
  { timesUs, answers }: Asked,
  bucket: Bucket,
  spentUs: readonly number[],
  saved: number,
  mayLose: boolean,
): number {
  let tokens = saved;
  let latestUs = timesUs[0]!;
  let spent = 0;
  /** Behind the first, which is known not to be answered. */
  let left = answers.length - 1;
  let answersLeft = answers.reduce((sum, isAnswered) => sum + (isAnswered ? 1 : 0), 0);
  const known = { full: { ...ASSUMED.full }, doubtful: { ...ASSUMED.doubtful } };
  let log = 0;
  const gain = (atUs: number): void => {
    tokens = filled(bucket, tokens, atUs - latestUs);
    latestUs = Math.max(atUs, latestUs);
  };
  for (let place = 1; place < timesUs.length && log > HOPELESS; place++) {
    const [atUs, isAnswered] = [timesUs[place]!, answers[place]!];
    for (; spentUs[spent]! < atUs; spent++) {
      gain(spentUs[spent]!);
      tokens = Math.max(-DEBT, tokens - 1);
    }
    gain(atUs);
    const byChance = answersLeft / left;
    const name = stateOf(bucket, tokens);
    const state = name && known[name];
    const byBucket = state === undefined ? WITHOUT_TOKEN : state.answered / state.asked;
    log += isAnswered ? Math.log(byBucket / byChance) : Math.log((1 - byBucket) / (1 - byChance));
    if (state !== undefined) {
      state.asked += 1;
      if (isAnswered) state.answered += 1;
    }
    if (isAnswered) {
      tokens = Math.max(-DEBT, tokens - 1);
    } else if (mayLose) {
      tokens = Math.min(1, tokens);
    }
    left -= 1;
    if (isAnswered) answersLeft -= 1;
  }
  return Math.exp(log);
}
