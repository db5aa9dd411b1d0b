/**
 * The figures of one hop by mtr's own arithmetic: whole microseconds, cut after each answer. So the mean creeps down and
 * the deviation up over a long run; scripts compare with these numbers, so the cuts stay.
 *
 * mtr adds in doubles and stores what it gets in ints (the sum of squares in 64 bits), as this does: a sum that left the
 * exact range of a double has left it there, too.
 */
export interface MtrFigures {
  /** Probes sent. */
  readonly sent: number;
  /** Answers. */
  readonly received: number;
  /** The latest probe is unanswered and not yet lost. A flag: earlier ones count as lost. */
  readonly isInTransit: boolean;
  readonly lastUs: number;
  readonly bestUs: number;
  readonly averageUs: number;
  readonly worstUs: number;
  readonly geometricMeanUs: number;
  /** Distance of the last two round-trip times. */
  readonly jitterUs: number;
  readonly averageJitterUs: number;
  readonly worstJitterUs: number;
  /** Sixteen times the smoothed interarrival jitter of RFC 1889 appendix A.8. */
  readonly interarrivalJitterUs: number;
  /** Of a sample. */
  readonly deviationUs: number;
  /** Probes that are lost. */
  readonly dropped: number;
  /** Thousandths of a percent. */
  readonly lossThousandths: number;
}

export class MtrStatistics implements MtrFigures {
  sent = 0;
  received = 0;
  isInTransit = false;
  lastUs = 0;
  bestUs = 0;
  averageUs = 0;
  worstUs = 0;
  geometricMeanUs = 0;
  jitterUs = 0;
  averageJitterUs = 0;
  worstJitterUs = 0;
  interarrivalJitterUs = 0;
  /** Sum of the squared distances from the mean, in µs². */
  #squares = 0;

  onSent(): void {
    this.sent++;
    this.isInTransit = true;
  }

  /** `us` is cut to whole microseconds. */
  onAnswer(us: number): void {
    const rttUs = int(us);
    this.isInTransit = false;
    this.jitterUs = int(Math.abs(rttUs - this.lastUs));
    this.lastUs = rttUs;
    if (this.received === 0) {
      this.bestUs = this.worstUs = this.geometricMeanUs = rttUs;
      this.jitterUs = 0;
    }
    this.bestUs = Math.min(this.bestUs, rttUs);
    this.worstUs = Math.max(this.worstUs, rttUs);
    this.worstJitterUs = Math.max(this.worstJitterUs, this.jitterUs);

    const count = ++this.received;
    const before = this.averageUs;
    this.averageUs = int(before + (rttUs - before) / count);
    this.#squares = Math.trunc(this.#squares + (rttUs - before) * (rttUs - this.averageUs));
    this.averageJitterUs += int((this.jitterUs - this.averageJitterUs) / count);
    this.interarrivalJitterUs = int(
      this.interarrivalJitterUs + this.jitterUs - ((this.interarrivalJitterUs + 8) >> 4),
    );
    if (count > 1) {
      this.geometricMeanUs = int(Math.pow(this.geometricMeanUs, (count - 1) / count) * Math.pow(rttUs, 1 / count));
    }
  }

  /** The latest probe, if unanswered, is lost. */
  closeTransit(): void {
    this.isInTransit = false;
  }

  get deviationUs(): number {
    return this.received > 1 ? int(Math.sqrt(this.#squares / (this.received - 1))) : 0;
  }

  get dropped(): number {
    return this.#decided - this.received;
  }

  get lossThousandths(): number {
    return this.#decided === 0 ? 0 : int(1000 * (100 - 100 * this.received / this.#decided));
  }

  get #decided(): number {
    return this.sent - (this.isInTransit ? 1 : 0);
  }
}

/** A C int: cut towards zero; what does not fit into 32 bits wraps, as mtr's interarrival jitter does. */
function int(value: number): number {
  return value | 0;
}
