import type { FrameLocation } from "../profile/mod.ts";
import type { RecordedFile } from "./recorded_file.ts";
import type { AddressPlace, ImagePlace, NoPlace } from "./address_place.ts";
import { findReturns } from "./choose_file.ts";
import type { Contenders } from "./contenders.ts";

/** A return address that several images may explain. */
export interface ContestedAddress {
  readonly location: FrameLocation;
  readonly address: number;
  /** At least two, and an image among them. */
  readonly contenders: Contenders;
}

/** What the return addresses say of one of the images that there are to choose from. */
export interface ImageVotes {
  /** Return addresses that the same images explain. */
  readonly returns: number;
  /** Those of them that follow a call in this one. */
  readonly calls: number;
}

/**
 * The images that were chosen where several snapshots explain an address: the one in which it
 * follows a call. Where that is so in several of them or in none, it is the one in which most of the
 * addresses do for which there are the same to choose from; so it is for addresses that are no
 * return addresses. But where some addresses follow calls in one image only, and some in another, each
 * was there at its time, and none is chosen. Nor is one where another file was there that cannot be
 * read: all that follows no call may be of that.
 */
export class ImageChoices {
  readonly #files = new Map<RecordedFile, number>();
  readonly #byLocation = new Map<FrameLocation, string>();
  readonly #byImages = new Map<string, string>();
  /** The images in which a return address follows a call. */
  readonly #fitting = new Map<FrameLocation, ReadonlySet<string>>();
  /** Images each of which was there at some time. */
  readonly #mixed = new Set<string>();
  /** By images: of each how many return addresses follow calls in it, and how many there are. */
  readonly #votes = new Map<string, ImageVotes[]>();

  /** Reads the code before the addresses in all images that there are to choose from. */
  async add(addresses: Iterable<ContestedAddress>): Promise<void> {
    const groups = new Map<string, ContestedAddress[]>();
    for (const contested of addresses) {
      const key = this.#keyOf(contested.contenders);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [contested]);
      else group.push(contested);
    }
    for (const [key, group] of groups) await this.#decide(key, group);
  }

  /**
   * The one of several images that was chosen, the first if nothing is known; or that it may be any.
   */
  choose(location: FrameLocation, contenders: Contenders): AddressPlace {
    const key = this.#keyOf(contenders);
    const images = contenders.images.map(({ place }) => place);
    const own = this.#byLocation.get(location);
    const isOpen = contenders.unread.length > 0 || this.#mixed.has(key);
    if (own === undefined && isOpen) return ambiguousAmong(contenders);
    const chosen = own ?? this.#byImages.get(key);
    return images.find((image) => this.#nameOf(image) === chosen) ?? images[0]!;
  }

  /** What decided between images, of each in order; undefined if there were no return addresses. */
  votesOf(contenders: Contenders): readonly ImageVotes[] | undefined {
    return this.#votes.get(this.#keyOf(contenders));
  }

  /** Whether a return address follows a call in one of the images that there are to choose from. */
  fits(location: FrameLocation, image: ImagePlace): boolean {
    return this.#fitting.get(location)?.has(this.#nameOf(image)) ?? false;
  }

  async #decide(key: string, group: readonly ContestedAddress[]): Promise<void> {
    const images = group[0]!.contenders.images.map(({ place }) => place);
    const calls = await findReturns(images.map(({ file, loadBias }) => ({
      elf: file.elf!,
      vaddrs: group.map(({ address }) => address - loadBias),
    })));
    const counts = calls.map((ofImage) => ofImage.filter(Boolean).length);
    this.#votes.set(key, counts.map((calls) => ({ returns: group.length, calls })));
    this.#byImages.set(key, this.#nameOf(images[counts.indexOf(Math.max(...counts))]!));
    for (const [at, { location }] of group.entries()) {
      const fitting = images.filter((_, image) => calls[image]![at]);
      this.#fitting.set(location, new Set(fitting.map((image) => this.#nameOf(image))));
      if (fitting.length === 1) this.#byLocation.set(location, this.#nameOf(fitting[0]!));
    }
    const own = images.map((_, image) =>
      group.filter((_, at) => calls.every((ofImage, other) => ofImage[at] === (other === image)))
        .length
    );
    const [most = 0, second = 0] = own.sort((a, b) => b - a);
    if (second >= MIN_OWN && second * MIN_OWN_SHARE >= most) this.#mixed.add(key);
  }

  #keyOf({ images, unread }: Contenders): string {
    const names = images.map(({ place }) => this.#nameOf(place));
    return [...names, ...unread.map(({ file }) => this.#numberOf(file!))].join(" ");
  }

  /** Tells images apart, whichever snapshot they are from. */
  #nameOf({ file, loadBias }: ImagePlace): string {
    return `${this.#numberOf(file)}:${loadBias}`;
  }

  #numberOf(file: RecordedFile): number {
    const number = this.#files.get(file) ?? this.#files.size;
    this.#files.set(file, number);
    return number;
  }
}

/** That it may be any of those that there are to choose from. */
export function ambiguousAmong({ images, unread }: Contenders): NoPlace {
  const places = [...images.map(({ place }) => place), ...unread];
  const paths = [...new Set(places.map(({ file }) => file!.request.path))];
  const detail = `it may be "${paths.join('", "')}"`;
  const { mapping } = places[0]!;
  return { reason: "ambiguous-snapshot", detail, mapping, file: undefined };
}

/**
 * An image was there if so many return addresses follow calls in it and in no other one, and one in so
 * many of those of the image that has most: what unwinding gets wrong follows a call by chance.
 */
const [MIN_OWN, MIN_OWN_SHARE] = [2, 5];
