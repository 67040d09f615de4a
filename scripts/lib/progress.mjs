const { stderr } = process;

/** Tell people what is happening while `work` runs: a line with a running
 * clock on a terminal, plain lines elsewhere. It all goes to stderr, so that
 * stdout stays free for results. `work` gets a function for its details. */
export async function step(title, work) {
  const began = Date.now();
  let detail = "";
  const painter = stderr.isTTY ? terminal(title) : plain(title);
  const repaint = () => painter.paint(clock(Date.now() - began), detail);
  const timer = setInterval(repaint, painter.everyMs);
  try {
    const result = await work((text) => {
      detail = text;
    });
    painter.end(`done: ${title} (${clock(Date.now() - began)})`);
    return result;
  } catch (error) {
    painter.end(`failed: ${title} (${clock(Date.now() - began)})`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

export function say(text) {
  stderr.write(`${text}\n`);
}

function terminal(title) {
  const paint = (elapsed, detail) => {
    const line = `${elapsed}  ${title}${detail && `: ${detail}`}`;
    stderr.write(`\r\x1b[K${line.slice(0, (stderr.columns || 80) - 1)}`);
  };
  paint(clock(0), "");
  return {
    everyMs: 500,
    paint,
    end: (text) => stderr.write(`\r\x1b[K${text}\n`),
  };
}

function plain(title) {
  say(`${title} ...`);
  const paint = (elapsed, detail) =>
    say(`  still at it after ${elapsed}${detail && `: ${detail}`}`);
  return { everyMs: 30_000, paint, end: say };
}

function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
