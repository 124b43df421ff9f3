"""Pixels of a page, as rendered."""

import base64

_COUNT = """async ([source, [r, g, b], near]) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4)
    count += Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b) < near;
  return count;
}"""


def count_of(page, box, colour, near=12):
    """Count the pixels in a box of a page whose red, green and blue differ from a colour by less than ``near`` in sum.

    A page of its own decodes the picture: that which is looked at may refuse to load any.
    """
    shot = page.screenshot(clip=box, full_page=True)
    blank = page.context.new_page()
    try:
        return blank.evaluate(_COUNT, [f"data:image/png;base64,{base64.b64encode(shot).decode()}", list(colour), near])
    finally:
        blank.close()
