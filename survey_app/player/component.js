/** The player inside a Streamlit page: the same modules, drawn in the component's shadow root. */

const query = "?v={{version}}";

export default function (component) {
  const { parentElement, data } = component;
  const address = new URL(`/isi/player/player.mjs${query}`, location.origin);
  let shown = null;
  let gone = false;
  import(address).then(({ default: mount }) => {
    if (gone) return;
    const stylesheet = `/isi/player/player.css${query}`;
    shown = mount(parentElement, Object.assign({}, data, { stylesheet }));
  });
  return () => {
    gone = true;
    if (shown) shown.destroy();
  };
}
