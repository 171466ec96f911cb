#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Downloads the official files of a data set that a folder lacks, and unpacks them.

  download.py DATASET DIR [SOURCES.json]

SOURCES.json lists addresses and the files that each gives; it is that beside this program unless given.
"""
import io
import json
import sys
import tarfile
import urllib.request
import zipfile
from pathlib import Path, PurePosixPath


def members(data):
    """The files of an archive, or of a download that is none, by name without folders."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {PurePosixPath(name).name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    if data.startswith(b"\x1f\x8b"):
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            return {PurePosixPath(entry.name).name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}
    return None


def download(source, folder):
    missing = [name for name in source["files"] if not (folder / name).exists()]
    if not missing:
        return
    print(f"Downloading {source['url']}", file=sys.stderr)
    try:
        with urllib.request.urlopen(source["url"], timeout=60) as reply:
            data = reply.read()
        found = members(data)
    except (OSError, tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        sys.exit(f"{source['url']}: {error}\nPut {', '.join(missing)} into {folder} yourself.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in missing:
        content = data if found is None else found.get(name)
        if content is None:
            sys.exit(f"{source['url']}: holds no {name}")
        part = folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    listed = Path(sys.argv[3]) if len(sys.argv) == 4 else Path(__file__).resolve().parent / "sources.json"
    for entry in json.loads(listed.read_text(encoding="utf-8"))[sys.argv[1]]:
        download(entry, Path(sys.argv[2]))
