import hashlib, json, re, time, zlib

rows = [{"id": i, "name": f"row {i * 7919 % 3001}", "at": i / 3} for i in range(2000)]
total = 0
end = time.monotonic() + 4
while time.monotonic() < end:
    text = json.dumps(rows)
    copy = json.loads(text)
    total += len(re.sub(r'"name": "row (\d+)"', lambda found: found[1], text))
    total += len(zlib.compress(text.encode()))
    total += hashlib.blake2b(text.encode()).digest()[0]
    copy.sort(key=lambda row: row["name"])
    total += sum(value * value % 7 for value in range(20000))
    words = {}
    for word in text.split():
        words[word] = words.get(word, 0) + 1
    total += 10 ** 3000 // (len(words) + 7 ** 900) % 10
print(total)
