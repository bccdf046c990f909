/** Crashes in a function of a library of its own. */
public class Crash {
  static native void run(int depth);

  public static void main(String[] arguments) {
    System.load(arguments[0]);
    run(3);
  }
}
