import java.util.zip.Deflater;

/** Compresses for ever, on a thread of its own that can be made to crash. */
public class Packer {
  static void pack() {
    byte[] data = new byte[1 << 20];
    byte[] packed = new byte[1 << 20];
    for (int i = 0; i < data.length; i++) data[i] = (byte) (i * 7919 >> 5);
    for (;;) {
      Deflater deflater = new Deflater(9);
      deflater.setInput(data);
      deflater.finish();
      deflater.deflate(packed);
      deflater.end();
    }
  }

  public static void main(String[] args) throws Exception {
    Thread packer = new Thread(Packer::pack, "packer");
    packer.start();
    packer.join();
  }
}
