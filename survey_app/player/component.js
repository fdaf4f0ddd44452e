/** The player inside a Streamlit page: the same modules, drawn in the component's shadow root. */

const query = "?v={{version}}";

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  const address = new URL(`/isi/player/player.mjs${query}`, location.origin);
  let shown = null;
  let gone = false;
  import(address).then(({ default: mount }) => {
    if (gone) return;
    shown = mount(parentElement, Object.assign({}, data, {
      stylesheet: `/isi/player/player.css${query}`,
      onState: (state) => setStateValue("delivery", state),
    }));
  });
  return () => {
    gone = true;
    if (shown) shown.destroy();
  };
}
