/** Stands for what the build makes of a child script. */
export const script = "";
