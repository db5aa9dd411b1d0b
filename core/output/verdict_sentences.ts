/** The sentence of each word of `core/path/verdict.ts`. */
import type { VerdictWord } from "../path/verdict.ts";
import { counted, type Facts, REWRITTEN_WORDS } from "./verdict_facts.ts";

export const SENTENCES: Readonly<Record<VerdictWord, (facts: Facts) => string>> = {
  REFUSED: (facts) => {
    if (facts.has("refused") && !facts.isOfTarget) {
      return `${refusedPart(facts)} refused by ${facts.place}${facts.refusal}` +
        `${unsaidWords(facts)}${answeredWords(facts)}`;
    }
    const time = refusedTime(facts);
    // Where rounds count, the probes of some may have gone further than to this row.
    const [what, place] = facts.has("rounds")
      ? [`the probes of ${roundsRefused(facts)}`, facts.address]
      : [facts.has("refused") ? refusedOf(facts) : "the probes", facts.place];
    if (facts.isByTarget) {
      return `${time}the target's own address ${refuses(facts)} ${what}${
        facts.has("rounds") ? "" : `, at ${place}`
      }${facts.refusal}`;
    }
    if (facts.isOfTarget) return `${time}${place} ${refuses(facts)} ${what}, as only a target does${facts.refusal}`;
    return facts.has("refusedUntilUs")
      ? `${time}${facts.place} said that the target cannot be reached, and nobody says anything since${facts.refusal}`
      : `${facts.place} says that the target cannot be reached${facts.refusal}`;
  },
  MTU: (facts) =>
    `${facts.place} says that packets of ` +
    (facts.has("mtuBytes") ? `more than ${facts.value("mtuBytes")} bytes` : "this length") + " do not fit" +
    (facts.has("refused") ? `: ${refusedPart(facts)} refused${answeredWords(facts)}` : ""),
  LOOP: (facts) =>
    facts.has("loopedFromUs")
      ? loopTimeWords(facts)
      : facts.has("looped")
      ? `some packets go round in a loop: ${facts.value("looped")} of ${
        counted(facts.value("arrivals"), "probe")
      } with TTL enough for any way ran out of it, the latest at ${facts.address}`
      : `from ${facts.place} on the same ${counted(facts.value("routers"), "router")} ${
        facts.value("routers") === 1 ? "answers" : "answer"
      } ${facts.value("times")} times${facts.flows}, and the target does not`,
  UNANSWERED: (facts) => {
    const place = `${facts.isSilent ? "" : "behind "}${facts.place}${facts.isSilent ? " on" : ""}`;
    const late = facts.late(facts.value("decided"));
    if (facts.value("late") > facts.value("lost") / 2) return `answers from ${place} come too late: ${late}`;
    return (facts.strangers > 0
      ? `no answer from ${place} fits a probe, and ${unfitWords(facts)}`
      : `nobody answers from ${place}` +
        (facts.has("silentSinceUs")
          ? ` any more since ${facts.seconds("silentSinceUs")} after the start`
          : facts.asHeard)) +
      (late === "" ? "" : `; ${late}`);
  },
  LOSS: (facts) => {
    const [earliest, latest] = [facts.value("earliestHop"), facts.value("latestHop")];
    const anywhere = earliest < latest ? `; it may begin anywhere from hop ${earliest} to hop ${latest}` : "";
    if (facts.has("beforePercent")) {
      return `more is lost from ${facts.place} on: ${facts.one("therePercent")} % there, ` +
        `${facts.one("beforePercent")} % before${anywhere}`;
    }
    const isLate = facts.value("late") > facts.value("lost") / 2;
    const isPlaced = facts.has("earliestHop");
    const what = isLate ? "answers come later than --timeout" : "probes or their answers are lost";
    const place = isPlaced ? ` from ${facts.place} on${losingFlowWords(facts)}` : "";
    return (isPlaced || isLate ? `${what}${place}: ` : "") +
      (facts.has("silentSinceUs") && !facts.has("lostSince") ? silentWords(facts) : lossWords(facts)) +
      (isPlaced ? "" : losingFlowWords(facts)) +
      (facts.has("lostSince") ? lostSinceWords(facts) : "") +
      (facts.has("lastAnswerHop") ? lastAnswerWords(facts) : "") +
      (facts.value("arrivals") > 0 ? arrivalWords(facts) : "") +
      (facts.has("late") ? `; ${facts.value("late")} of these were answered late` : "") +
      (facts.has("aboveBytes") ? longWords(facts) : "") +
      (facts.has("checks") ? checkWords(facts) : "") +
      anywhere +
      (!facts.has("answersPerSecond")
        ? ""
        : facts.has("steadyFromHop")
        ? `; these may be limits: ${steadyWords(facts)}`
        : `; this may be a limit of ${facts.one("answersPerSecond")} answers a second`);
  },
  BLOAT: (facts) => {
    const lost = facts.has("loadedLost")
      ? `${facts.value("loadedLost")} of ${
        facts.value("loadedDecided")
      } probes to the target are lost under load, and ` +
        `${facts.value("idleLost")} of ${facts.value("idleDecided")} without it`
      : "";
    if (!facts.has("loadedMedianUs")) return `from ${facts.place} on the path loses what load is too much: ${lost}`;
    return `from ${facts.place} on answers are late under load: a median of ${facts.ms("loadedMedianUs")} instead of ` +
      `${facts.ms("idleMedianUs")}, 95 % within ${facts.ms("loadedP95Us")} instead of ${facts.ms("idleP95Us")}` +
      (lost === "" ? "" : `; ${lost}`);
  },
  UNSENT: (facts) =>
    `${facts.value("unsent")} of ${counted(facts.value("probes"), "probe")} did not leave this host` +
    `${
      facts.path.sendFailure === undefined ? "" : ` (${facts.path.sendFailure.detail})`
    }; they count as lost in the table, and are no loss of the path`,
  ELSEWHERE: (facts) =>
    `answers for ${facts.path.address} come from ${facts.address}, ` +
    (facts.value("fromTarget") > 0 ? "not only from that address" : "never from that address"),
  CHANGED: (facts) => {
    const [changes, hops] = [facts.value("changes"), facts.value("hops")];
    return "the path changed" + (changes > 1 ? ` ${changes} times, the last` : "") +
      (facts.has("afterUs") ? ` ${facts.seconds("afterUs")} after the start` : "") +
      (facts.has("flowsChanged") ? ` in ${facts.value("flowsChanged")} of ${facts.value("flows")} flows` : "") +
      `: hop ${facts.ttl} from ${facts.before ?? "a silent router"} to ${
        facts.isSilent ? "a silent router" : facts.address
      }` +
      (facts.value("flowsAlike") < facts.value("flowsChanged") ? ` in ${facts.value("flowsAlike")} of these` : "") +
      (hops > 1 ? `; ${hops} hops in all` : "");
  },
  PER_PACKET: (facts) => `packets of one flow ${balanceWords(facts)}`,
  PER_FLOW: (facts) =>
    `flows are balanced over ${facts.value("addresses")} addresses at ${facts.place}: each of ` +
    `${facts.value("flows")} flows meets one` + (facts.value("changes") > 0 ? " at a time" : "") +
    oneRouterWords(facts),
  BALANCED: (facts) => `packets ${balanceWords(facts)}`,
  VARYING: (facts) =>
    `${facts.value("addresses")} addresses answer at ${facts.place}, with ` +
    `${counted(facts.value("changes"), "change")} in ${facts.value("answers")} answers: ` +
    "too few to tell balancing from a change of the path",
  LATENCY: (facts) =>
    facts.has("slowerSinceUs") || facts.has("slowerUntilUs")
      ? slowerWords(facts)
      : (facts.has("beforeUs")
        ? `from ${facts.place} on everything is slower by ${facts.ms("stepUs")}: ` +
          `a median of ${facts.ms("medianUs")} instead of ${facts.ms("beforeUs")}`
        : `${facts.place} is already slow: a median of ${facts.ms("medianUs")} from there on`) +
        (facts.has("late")
          ? `; ${counted(facts.value("late"), "answer")} of the target came late, and are not in it`
          : ""),
  RATE_LIMIT: (facts) => {
    if (facts.has("answeredNear")) {
      const [answered, far] = [facts.value("answeredNear"), facts.value("decided") - facts.value("unanswered")];
      return `${facts.place} answers ${answered} of ${
        counted(facts.value("decidedNear"), "probe")
      } that go no further, but ` +
        `${far} of ${
          facts.value("decided")
        } with TTL enough for any way: the target may limit its answers, rather than lose them`;
    }
    if (facts.has("steadyFromHop")) {
      return `${steadyWords(facts)}: these may be limits of their own, rather than loss`;
    }
    if (!facts.has("decidedBehind")) {
      return `${facts.place} answers ${rateWords(facts)}: ` +
        (facts.isOfTargetRow
          ? "this may be a limit of the target's own, or one before it, rather than loss"
          : "this may be a limit of its own, rather than loss");
    }
    if (facts.has("answeredFurther")) return `${missingWords(facts)}: ${furtherWords(facts)}`;
    const answers = facts.has("answersPerSecond") ? `come ${rateWords(facts)}` : "are missing";
    return `answers of ${facts.place} ${answers}${facts.flows}: ${facts.value("unanswered")} of ` +
      `${facts.value("decided")} probes have none` +
      (facts.has("late") ? ` in time (${facts.value("late")} late)` : "") +
      `, but ${facts.value("unansweredBehind")} of ` +
      `${facts.value("decidedBehind")} behind it; probes that go further have ` +
      `${facts.value("unansweredBehind") > 0 ? "less" : "none"} of this loss${wayClause(facts)}${unfitClause(facts)}`;
  },
  TRANSLATED: (facts) =>
    `probes arrive at ${facts.place} with another ${facts.rewritten}: ` +
    // Whoever changes anything else of a probe has to change the checksum, too.
    (facts.rewritten === REWRITTEN_WORDS.checksum
      ? "something there or before it changes the checksum"
      : "a translator (NAT) is there or before it"),
  CONGESTED: (facts) => `probes arrive at ${facts.place} marked as having met congestion (ECN)${markedWords(facts)}`,
  REMARKED: (facts) => {
    if (facts.has("beforeDscp")) {
      return `probes arrive at ${facts.place} with DSCP ${facts.value("dscp")} again, as they were sent`;
    }
    const changes = [
      ...(facts.has("dscp") ? [`DSCP ${facts.value("dscp")} instead of ${facts.value("sentDscp")}`] : []),
      ...(facts.has("ecn") ? [`ECN ${facts.value("ecn")} instead of ${facts.value("sentEcn")}`] : []),
    ];
    return `probes arrive at ${facts.place} with ${changes.join(" and ")}${markedWords(facts)}`;
  },
  BLEACHED: (facts) =>
    `probes arrive at ${facts.place} with ECN cleared, instead of ${facts.value("sentEcn")}${markedWords(facts)}`,
  SILENT: (facts) => {
    const [missing, decided] = [facts.value("unanswered"), facts.value("decided")];
    const [missingBehind, decidedBehind] = [facts.value("unansweredBehind"), facts.value("decidedBehind")];
    if (facts.has("silentSinceUs")) {
      return `${facts.place} ${
        silenceWords(facts)
      } after the start: ${missing} of ${decided} probes have no answer${facts.asHeard}, but ${behindWords(facts)}`;
    }
    if (facts.has("unanswered")) {
      return `${missingWords(facts)}: some packets go a longer ${wayWord(facts)}, whose router there is silent`;
    }
    return (facts.strangers > 0
      ? `no answer of ${facts.place} fits one of ${decided} probes, and ${unfitWords(facts)}`
      : `${facts.place} answers none of ${counted(decided, "probe")}${facts.flows}` +
        (facts.has("lateLeastUs") ? " in time" : facts.asHeard)) +
      `, but hops behind it answer ${decidedBehind - missingBehind} of ${decidedBehind}` +
      (facts.has("lateLeastUs") ? `; ${facts.late(decided)}` : "");
  },
  TTL_ZERO: (facts) =>
    `the router before ${facts.place} passes on probes without TTL, so that the next one answers at hop ` +
    `${facts.ttl + 1}, too`,
  TUNNEL: (facts) =>
    `probes seem to be in a tunnel (MPLS, mostly) at ${facts.place}` +
    (facts.value("lastHop") > facts.ttl ? `, and up to hop ${facts.value("lastHop")}` : "") +
    `: they arrive with a TTL of up to ${facts.value("quotedTtl")}`,
  ASYMMETRIC: (facts) =>
    `answers from ${facts.place} on seem to take another way: ${facts.value("hopsThere")} hops there, ` +
    `${facts.value("hopsBack")} back`,
};

/** `answers of hop 5 (10.0.5.1) are missing: 17 of 50 probes have none, but 0 of 48 with TTL enough for any way` */
function missingWords(facts: Facts): string {
  return `answers of ${facts.place} are missing: ${facts.value("unanswered")} of ${
    facts.value("decided")
  } probes have ` +
    `none${facts.asHeard}, but ${behindWords(facts)}`;
}

/** `0 of 48 with TTL enough for any way` */
function behindWords(facts: Facts): string {
  return `${facts.value("unansweredBehind")} of ${facts.value("decidedBehind")} ${
    facts.has("arrivals") ? "with TTL enough for any way" : "behind it"
  }`;
}

/** In the sentence that begins so. */
function wayWord(facts: Facts): string {
  return facts.has("arrivals") ? "one" : "way";
}

/** Whether it limits that, or others on such a way are silent, nobody can tell. */
function furtherWords(facts: Facts): string {
  return `some packets go a longer ${wayWord(facts)}; of ${
    facts.value("decidedFurther")
  } that the target does not answer ` +
    `there, routers answer ${facts.value("answeredFurther")}`;
}

/** `20 of 100 rounds` */
function lostPart(facts: Facts): string {
  return `${facts.value("lost")} of ${facts.value("decided")}${facts.has("rounds") ? " rounds" : ""}`;
}

/** ` in 4 of 16 flows (100.0 % there, 15.3 % in the others)` */
function losingFlowWords(facts: Facts): string {
  return facts.flows +
    (facts.has("losingPercent")
      ? ` (${facts.one("losingPercent")} % there, ${facts.one("othersPercent")} % in the others)`
      : "");
}

/** A probe that somebody refuses has no answer of the target, either, but is not lost. */
function lossWords(facts: Facts): string {
  const counts = `(${lostPart(facts)}; 95 % confidence: ${facts.one("lowPercent")} to ${facts.one("highPercent")} %)`;
  return facts.has("refused")
    ? `${facts.one("lossPercent")} % of what is sent to the target is lost ${counts}, and ` +
      `${facts.value("refused")} others were refused`
    : `${facts.one("lossPercent")} % of the target's answers are missing ${counts}`;
}

/** What was refused had no answer of the target before, either. */
function silentWords(facts: Facts): string {
  const since = `since ${facts.seconds("silentSinceUs")} after the start`;
  return facts.has("refused")
    ? `${since} all that is sent to the target is lost (${lostPart(facts)}), and ${
      facts.value("refused")
    } others were ` +
      "refused"
    : `the target has not answered ${since} (${lostPart(facts)})`;
}

/** Where something was lost before, too. */
function lostSinceWords(facts: Facts): string {
  return `; ${facts.value("lostSince")} of these since ${facts.seconds("silentSinceUs")} after the start, and it has ` +
    "answered none since";
}

/** `has not answered since 4.0 s`, or `did not answer 2 times, the last from 4.0 s to 12.0 s` */
function silenceWords(facts: Facts): string {
  const since = facts.seconds("silentSinceUs");
  const [times, last] = facts.has("silences") ? [` ${facts.value("silences")} times`, ", the last"] : ["", ""];
  return facts.has("silentUntilUs")
    ? `did not answer${times}${last} from ${since} to ${facts.seconds("silentUntilUs")}`
    : `has not answered${times}${last} since ${since}`;
}

/** `packets went round in a loop 2 times, the last from 3.0 s to 5.1 s after the start: …` */
function loopTimeWords(facts: Facts): string {
  const [loops, isOver] = [facts.value("loops"), facts.has("loopedUntilUs")];
  const begin = facts.seconds("loopedFromUs");
  return `packets ${isOver ? "went" : "go"} round in a loop${loops > 1 ? ` ${loops} times, the last` : ""} ` +
    (isOver ? `from ${begin} to ${facts.seconds("loopedUntilUs")}` : `since ${begin}`) +
    ` after the start: from ${facts.place} on the same ${facts.value("routers")} routers ` +
    `${isOver ? "answered" : "answer"} again and again${facts.flows}, and the target ${isOver ? "did" : "does"} not ` +
    `(${facts.value("loopedRounds")} of ${facts.value("rounds")} rounds)`;
}

/** `2 times, the last from 8.0 s to 14.1 s after the start everything from hop 3 (10.0.3.1) on was slower: …` */
function slowerWords(facts: Facts): string {
  const [isSince, isUntil] = [facts.has("slowerSinceUs"), facts.has("slowerUntilUs")];
  const since = isSince ? `${isUntil ? "from" : "since"} ${facts.seconds("slowerSinceUs")} ` : "";
  const until = isUntil ? `${isSince ? "to" : "until"} ${facts.seconds("slowerUntilUs")} ` : "";
  const times = facts.has("slowerTimes") ? `${facts.value("slowerTimes")} times, the last ` : "";
  return `${times}${since}${until}after the start everything from ${facts.place} on ${
    isUntil ? "was" : "is"
  } slower${facts.flows}: ` +
    `quick answers of the target ${isUntil ? "took" : "take"} ${facts.ms("medianUs")} instead of ` +
    `${facts.ms("beforeUs")}, ${facts.ms("stepUs")} more`;
}

function unfitWords({ strangers }: Facts): string {
  return `${counted(strangers, "message")} of this run fit${strangers === 1 ? "s" : ""} none`;
}

/** Nothing where all messages of the run fit. */
function unfitClause(facts: Facts): string {
  return facts.strangers === 0 ? "" : `; ${unfitWords(facts)}`;
}

/** Where each probe may go a way of its own, it may meet somebody else. */
function wayClause(facts: Facts): string {
  const isOther = facts.path.hasConstantFlows === false && !facts.has("answersPerSecond");
  return isOther ? "; or some meet another router there, which is silent" : "";
}

/** `at a steady 6.0 a second (6 routers together)` */
function rateWords(facts: Facts): string {
  return `at a steady ${facts.one("answersPerSecond")} a second` +
    (facts.has("routersTogether") ? ` (${facts.value("routersTogether")} routers together)` : "");
}

/** `hops 1 to 5 answer at a steady 1.0 a second each` */
function steadyWords(facts: Facts): string {
  const last = facts.path.reachedTtl ?? facts.ttl;
  return `hops ${facts.value("steadyFromHop")} to ${last} answer at a steady ${
    facts.one("answersPerSecond")
  } a second each`;
}

function longWords(facts: Facts): string {
  return `; of longer packets more: ${facts.value("lostAbove")} of ${facts.value("decidedAbove")} above ` +
    `${facts.value("aboveBytes")} bytes, ${facts.value("lostUpTo")} of ${facts.value("decidedUpTo")} up to that`;
}

function lastAnswerWords(facts: Facts): string {
  const from = facts.lastAddress;
  return `; in ${facts.value("lastAnswerRounds")} of these hop ${facts.value("lastAnswerHop")} ` +
    (from === undefined ? "" : `(${from}) `) + "was the last to answer";
}

function arrivalWords(facts: Facts): string {
  return `; ${facts.value("arrivals")} of the rounds are probes with TTL enough for any way`;
}

function checkWords(facts: Facts): string {
  return `; of ${counted(facts.value("checks"), "round")} ${facts.value("lostChecked")} are lost, and ` +
    `${
      facts.value("checksLost")
    } of the probes with TTL enough for any way beside them: some packets may go a longer one, ` +
    "whose router in the target's place is silent";
}

function refusedOf(facts: Facts): string {
  return `${facts.value("refused")} of ${counted(facts.value("decided"), "probe")}`;
}

function refuses(facts: Facts): string {
  return facts.has("refusedUntilUs") ? "refused" : "refuses";
}

/** `from 4.0 s to 7.0 s after the start 30 of 100 rounds were` */
function refusedPart(facts: Facts): string {
  const what = facts.has("toHop") ? `${refusedOf(facts)} to ${refusedHops(facts)}` : roundsRefused(facts);
  return `${refusedTime(facts)}${what}${facts.flows} ${facts.has("refusedUntilUs") ? "were" : "are"}`;
}

function roundsRefused(facts: Facts): string {
  return `${facts.value("refused")} of ${counted(facts.value("rounds"), "round")}`;
}

/** `3 times, the last since 4.0 s after the start `, or until when; nothing where nobody tells. */
function refusedTime(facts: Facts): string {
  const [isSince, isUntil] = [facts.has("refusedSinceUs"), facts.has("refusedUntilUs")];
  if (!isSince && !isUntil) return "";
  const times = facts.has("refusedTimes") ? `${facts.value("refusedTimes")} times, the last ` : "";
  const since = isSince ? `${isUntil ? "from" : "since"} ${facts.seconds("refusedSinceUs")} ` : "";
  const until = isUntil ? `${isSince ? "to" : "until"} ${facts.seconds("refusedUntilUs")} ` : "";
  return `${times}${since}${until}after the start `;
}

function refusedHops(facts: Facts): string {
  return facts.has("fromHop")
    ? `hops ${facts.value("fromHop")} to ${facts.value("toHop")}`
    : `hop ${facts.value("toHop")}`;
}

/** What was lost between refusals, or behind them. */
function unsaidWords(facts: Facts): string {
  return facts.has("unanswered")
    ? `; ${facts.value("unanswered")} others between or behind these have no answer: it may not say so of each`
    : "";
}

/** What the target makes of it, where its figures are in no row. */
function answeredWords(facts: Facts): string {
  return facts.has("answeredRounds")
    ? `; the target has answered in ${facts.value("answeredRounds")} of ${facts.value("rounds")} rounds`
    : "";
}

function balanceWords(facts: Facts): string {
  return `are balanced over ${facts.value("addresses")} addresses at ${facts.place}: ` +
    `${facts.value("changes")} changes in ${facts.value("answers")} answers${targetAmongWords(facts)}`;
}

/** What it means that the target is one of several who answer at a hop. */
function targetAmongWords(facts: Facts): string {
  const { path, ttl } = facts;
  const target = path.hops().find((hop) => hop.ttl === ttl)?.responders.find(({ address }) => address === path.address);
  if (target === undefined) return oneRouterWords(facts);
  const { timeExceeded = 0 } = target.kinds;
  return timeExceeded > 0
    ? "; one of them is the target's"
    : `; ${path.arrivals?.expired ? "" : "the ways differ in length: "}by some the target answers at hop ${ttl}`;
}

/** Whose the addresses are nobody can tell; nothing where those of the next hop on either side are several as well. */
function oneRouterWords({ path, ttl }: Facts): string {
  const isBeside = path.hops().some((hop) =>
    Math.abs(hop.ttl - ttl) === 1 && hop.ttl !== path.reachedTtl && hop.responders.length > 1
  );
  return isBeside ? "" : "; or these are one router's";
}

/** Nothing if all answers say so. */
function markedWords(facts: Facts): string {
  const [marked, quotes] = [facts.value("marked"), facts.value("quotes")];
  return marked < quotes ? `: ${marked} of ${quotes} answers say so` : "";
}
