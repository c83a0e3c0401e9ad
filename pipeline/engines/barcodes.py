"""Barcodes through zxing-cpp. Knows the library, not what a barcode means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.page import Barcode, Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Zxing:
    """Finds the barcodes that paper carries: Code 128, Code 39, QR and Data Matrix."""

    def find(self, gray: NDArray[np.uint8]) -> tuple[Barcode, ...]:
        """The decoded barcodes with boxes as shares of the image."""
        import zxingcpp

        kinds = zxingcpp.BarcodeFormat.Code128 | zxingcpp.BarcodeFormat.Code39 | zxingcpp.BarcodeFormat.QRCode | zxingcpp.BarcodeFormat.DataMatrix
        found = zxingcpp.read_barcodes(gray, formats=kinds, try_downscale=False, try_invert=False)
        return tuple(barcode_of(code, *gray.shape) for code in found if code.text)


def barcode_of(code: Any, high: int, wide: int) -> Barcode:
    """Our value of a found barcode."""
    place = code.position
    corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
    across, down = [corner.x / wide for corner in corners], [corner.y / high for corner in corners]
    return Barcode(code.text, code.format.name, Box(min(across), min(down), max(across), max(down)))
