import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.Deflater;

public class Busy {
  public static void main(String[] arguments) throws Exception {
    long end = System.currentTimeMillis() + 4000, sum = 0;
    while (System.currentTimeMillis() < end) {
      List<String> rows = new ArrayList<>();
      for (int i = 0; i < 20000; i++) rows.add("row " + i * 7919 % 3001);
      Collections.sort(rows);
      String text = String.join(",", rows);
      Deflater deflater = new Deflater();
      deflater.setInput(text.getBytes());
      deflater.finish();
      sum += deflater.deflate(new byte[1 << 16]);
      sum += text.replaceAll("row (\\d)", "$1").length();
      sum += MessageDigest.getInstance("SHA-256").digest(text.getBytes())[0];
      System.gc();
    }
    System.out.println(sum);
  }
}
