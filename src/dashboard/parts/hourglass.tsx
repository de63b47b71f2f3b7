/** The mark of the product; its sand lies below. */
export function Hourglass() {
  return (
    <svg class="hourglass" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path
        class="sand"
        d="M8.4 7.2h7.2L12 10.6zM8 20.4c.4-2.6 2.7-3.6 4-4.7 1.3 1.1 3.6 2.1 4 4.7zM11.7 10.4h.6v6h-.6z"
      />
      <path d="M5 2.5h14M5 21.5h14" />
      <path d="M6.5 2.5v3.2c0 2.6 5.5 4.2 5.5 6.3s-5.5 3.7-5.5 6.3v3.2M17.5 2.5v3.2c0 2.6-5.5 4.2-5.5 6.3s5.5 3.7 5.5 6.3v3.2" />
    </svg>
  );
}
