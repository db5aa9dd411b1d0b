/**
 * Options as GNU's `getopt_long` finds them, with its messages. A library gives neither its rules nor its texts, and
 * here they are the product.
 */

export interface OptionNames {
  readonly long: string;
  readonly short?: string;
  /** Stands for the value in the usage text; without it the option takes none. */
  readonly value?: string;
}

export interface FoundOption<Option> {
  readonly option: Option;
  /** Empty if the option takes none. */
  readonly value: string;
}

export interface FoundWords<Option> {
  /** In order, up to the mistake. */
  readonly options: readonly FoundOption<Option>[];
  /** What is neither option nor value. */
  readonly operands: readonly string[];
  /** What cannot be understood, without the program's name. */
  readonly mistake?: string;
}

/**
 * Options may stand anywhere before `--`, or only before the first operand if `optionsFirst` (POSIXLY_CORRECT). The
 * order of the table is that of the possibilities of an ambiguous name.
 *
 * A short option is a character here and a byte in C, so that a message may name all of a letter that C cuts.
 */
export function getopt<Option extends OptionNames>(
  words: readonly string[],
  table: readonly Option[],
  { optionsFirst }: { readonly optionsFirst: boolean },
): FoundWords<Option> {
  const options: FoundOption<Option>[] = [];
  const operands: string[] = [];
  const queue = new Queue(words);
  for (let word = queue.next(); word !== undefined; word = queue.next()) {
    if (word === "--") break;
    if (!word.startsWith("-") || word === "-") {
      operands.push(word);
      if (optionsFirst) break;
      continue;
    }
    const found = word.startsWith("--") ? longOption(word, table, queue) : shortOptions(word, table, queue);
    options.push(...found.options);
    if (found.mistake !== undefined) return { options, operands, mistake: found.mistake };
  }
  return { options, operands: [...operands, ...queue.rest()] };
}

/** The words that are still to be read. */
class Queue {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  next(): string | undefined {
    return this.#words[this.#at++];
  }

  rest(): readonly string[] {
    return this.#words.slice(this.#at);
  }
}

type FoundInWord<Option> = Pick<FoundWords<Option>, "options" | "mistake">;

function longOption<Option extends OptionNames>(
  word: string,
  table: readonly Option[],
  queue: Queue,
): FoundInWord<Option> {
  const [name = "", glued] = /^--([^=]*)(?:=([^]*))?$/.exec(word)?.slice(1) ?? [];
  const fitting = table.filter(({ long }) => long.startsWith(name));
  const option = fitting.find(({ long }) => long === name) ?? fitting[0];
  if (option === undefined) return mistake(`unrecognized option '${word}'`);
  if (option.long !== name && fitting.length > 1) {
    const possibilities = fitting.map(({ long }) => ` '--${long}'`).join("");
    return mistake(`option '${word}' is ambiguous; possibilities:${possibilities}`);
  }
  if (option.value === undefined) {
    if (glued !== undefined) return mistake(`option '--${option.long}' doesn't allow an argument`);
    return { options: [{ option, value: "" }] };
  }
  const value = glued ?? queue.next();
  if (value === undefined) return mistake(`option '--${option.long}' requires an argument`);
  return { options: [{ option, value }] };
}

function shortOptions<Option extends OptionNames>(
  word: string,
  table: readonly Option[],
  queue: Queue,
): FoundInWord<Option> {
  const options: FoundOption<Option>[] = [];
  const letters = [...word.slice(1)];
  for (const [index, letter] of letters.entries()) {
    const option = table.find(({ short }) => short === letter);
    if (option === undefined) return mistake(`invalid option -- '${letter}'`, options);
    if (option.value === undefined) {
      options.push({ option, value: "" });
      continue;
    }
    const glued = letters.slice(index + 1).join("");
    const value = glued === "" ? queue.next() : glued;
    if (value === undefined) return mistake(`option requires an argument -- '${letter}'`, options);
    return { options: [...options, { option, value }] };
  }
  return { options };
}

function mistake<Option>(text: string, options: readonly FoundOption<Option>[] = []): FoundInWord<Option> {
  return { options, mistake: text };
}
