/** In an order that looks like chance and is the same in every run. */
export function shuffled<T>(items: readonly T[]): readonly T[] {
  let state = 1;
  // Numerical Recipes' linear congruential generator.
  const next = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state;
  };
  return items
    .map((item) => ({ item, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
