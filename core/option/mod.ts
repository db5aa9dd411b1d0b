/**
 * Options: from the words of a command line to a plan, a view and hosts. It reads no file, opens no socket and prints
 * nothing. Texts about them are files beside, for whoever prints them: `help.ts`, `documents.ts`.
 */
export { type HostList, parseHostList } from "./host_list.ts";
export { type HostPort, splitPort } from "./host_port.ts";
export { type OptionEnvironment, parseArguments, type ParsedArguments } from "./parse.ts";
export type { ConfigFile } from "./config_file.ts";
export { fileText, quoted, USAGE_REMEDY, type UsageProblem } from "./problem.ts";
export { isReplay, REPLAY_HELP, type ReplayInvocation, type ReplayWord } from "./replay.ts";
export { rateText } from "./text_value.ts";
export { splitWords } from "./words.ts";
export type { Invocation, TraceInvocation } from "./to_plan.ts";
export type { ScreenSetting } from "./to_screen.ts";
