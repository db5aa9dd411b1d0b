/** The programs of the system that the lab needs. */

/** What the lab runs, and where Debian keeps it. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  mount: "mount",
  ip: "iproute2",
  sysctl: "procps",
  nft: "nftables",
  ping: "iputils-ping",
  tcpdump: "tcpdump",
  bash: "bash",
};

/** Throws a message that names the package of each program that is missing. */
export function requirePrograms(programs: Readonly<Record<string, string>>): void {
  const missing = Object.keys(programs).filter((name) => !SEARCH.some((folder) => exists(`${folder}/${name}`)));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((name) => programs[name]))].join(" ");
  throw new Error(
    `Cannot find ${missing.join(", ")}: install the packages first (Debian: apt-get install ${packages})`,
  );
}

/** Where programs are looked for. */
export const SEARCH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
