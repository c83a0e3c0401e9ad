"""x"""

CURVES: dict[str, tuple[tuple[float, ...], ...]] = {
    q: tuple((0.10, 0.13, 0.19, 0.26, 0.3, 0.36, 0.45, 0.56, 0.64, 0.78, 0.92, 0.95, 0.97, 0.985) for _ in range(5))
    for q in ("clean", "dirty", "fax", "shaded")
}
