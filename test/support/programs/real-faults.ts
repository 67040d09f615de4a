/** `--real N`: SIGKILLs of a real host and its real rustic. */

import "../../faults/real/main.js";
