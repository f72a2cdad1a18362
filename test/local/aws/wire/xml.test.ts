import { expect, test } from '@jest/globals';
import { element } from '../../../../local/aws/wire/xml.ts';

test('members are elements, a list has member elements, an undefined member is left out', () => {
  expect(element('A', { B: 'x', C: [{ D: 1 }, { D: 2 }], E: undefined })).toBe(
    '<A><B>x</B><C><member><D>1</D></member><member><D>2</D></member></C></A>',
  );
});

test('no text can become an element, an entity or a character that XML does not have', () => {
  expect(element('A', '</A><B a="1">&amp;\'\r')).toBe(
    '<A>&lt;/A&gt;&lt;B a=&quot;1&quot;&gt;&amp;amp;&apos;&#xD;</A>',
  );
  expect(element('A', 'a\u0000b\u001fc\ud800d\uffffe\tf')).toBe(
    '<A>a\ufffdb\ufffdc\ufffdd\ufffde\tf</A>',
  );
});
