/** The second image: session policies that arrived at run time. */

export let overlayImage: u32 = 0;
export let overlaySlots: u32 = 0;

export function setOverlay(image: u32, slots: u32): void {
  overlayImage = image;
  overlaySlots = slots;
}
