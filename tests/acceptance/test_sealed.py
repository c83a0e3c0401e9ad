"""The whole house with a key file: nothing kept is readable, everything is accounted for, keys rotate under it."""

from PIL import Image, ImageDraw, ImageFont

from samples.fonts import find_font


def test_what_is_kept_is_sealed_and_keys_rotate(house, tmp_path):
    house.write_setting("objects", {"key_file": str(tmp_path / "keys" / "ring.json")})
    (tmp_path / "keys").mkdir()
    house.run("keys", "create")
    page = Image.new("L", (900, 700), 255)
    ImageDraw.Draw(page).text((90, 90), "PROGRESS NOTE\n\nSeen in clinic, no change.", font=ImageFont.truetype(str(find_font("DejaVuSans")), 34))
    page.save(tmp_path / "letter.pdf", resolution=100)
    house.run("ingest", tmp_path / "letter.pdf", "--wait")
    kept = [path for path in (house.var / "objects").rglob("*") if path.is_file()]
    assert len(kept) >= 3
    assert {path.read_bytes()[:4] for path in kept} == {b"CRS1"}
    assert house.export()[0]["object_key"].startswith("hmac/")
    assert "clinic" in house.run("search", "clinic")
    house.run("keys", "rotate")
    assert f"{len(kept)} object keys" in house.run("keys", "rewrap")
    assert "0 object keys" in house.run("keys", "rewrap")
    house.audit()
    assert "0 kept plain" in house.run("keys", "status")
