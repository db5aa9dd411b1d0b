/** Says one word; see `empty.ts`. */
(self as unknown as Pick<Worker, "postMessage">).postMessage("ready");
