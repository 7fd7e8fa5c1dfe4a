import type { Json } from '../kit/json.ts'
import { dayFirst, type Entry, masked } from '../kit/people.ts'

/** What Signzy tells of somebody, in the words of each call. */

const address = '12 SAMPLE HOUSE, SANDBOX ROAD, TEST NAGAR, BENGALURU, KARNATAKA, 560001'
const splitAddress = {
  district: ['BENGALURU'],
  state: [['KARNATAKA', 'KA']],
  city: ['BENGALURU'],
  pincode: '560001',
  country: ['IN', 'IND', 'INDIA'],
  addressLine: '12 SAMPLE HOUSE, SANDBOX ROAD, TEST NAGAR',
}

export const extensivePan = ({ number, name, dateOfBirth }: Entry): Json => ({
  name,
  number,
  typeOfHolder: 'Individual or Person',
  isIndividual: true,
  isValid: true,
  firstName: name.split(' ')[0] ?? '',
  middleName: name.split(' ').slice(1, -1).join(' '),
  lastName: name.split(' ').at(-1) ?? '',
  title: '',
  panStatus: 'VALID',
  panStatusCode: 'E',
  aadhaarLinked: true,
  maskedAadhaarNumber: 'XXXXXXXX0124',
  dob: dayFirst(dateOfBirth),
  gender: 'FEMALE',
  mobile: '',
  email: '',
  address: { fullAddress: address, city: 'BENGALURU', state: 'KARNATAKA', pincode: '560001' },
})

export const fetchedPan = ({ number, name, dateOfBirth }: Entry): Json => ({
  number,
  name,
  fatherName: 'RAVI VERMA',
  dob: dayFirst(dateOfBirth),
})

export const licence = ({ number, name, dateOfBirth, knowsBirth }: Entry, dob: string): Json => ({
  dlNumber: number,
  dob: knowsBirth ? dayFirst(dateOfBirth) : dob,
  badgeDetails: [],
  dlValidity: {
    nonTransport: { from: '01/03/2021', to: '28/02/2041' },
    hazardousValidTill: '',
    transport: { from: '', to: '' },
    hillValidTill: '',
  },
  detailsOfDrivingLicence: {
    dateOfIssue: '01/03/2021',
    dateOfLastTransaction: '',
    status: 'ACTIVE',
    lastTransactedAt: '',
    name,
    fatherOrHusbandName: 'RAVI VERMA',
    address,
    addressList: [{ completeAddress: address, type: 'permanent', splitAddress }],
    covDetails: [],
  },
})

/** As it stands on the card, the whole number included: whoever reads cards must hide it. */
export const aadhaarCard = ({ number, name, dateOfBirth }: Entry, isMasked: boolean) => ({
  uid: isMasked ? masked(number) : number,
  vid: '',
  name,
  dob: dayFirst(dateOfBirth),
  yob: dateOfBirth.slice(0, 4),
  pincode: '560001',
  address,
  gender: 'FEMALE',
  splitAddress,
  uidHash: '',
})

export const panCard = ({ number, name, dateOfBirth }: Entry): Json => ({
  number,
  name,
  fatherName: 'RAVI VERMA',
  dob: dayFirst(dateOfBirth),
  panType: 'Individual',
})

export const licenceCard = ({ number, name, dateOfBirth }: Entry): Json => ({
  number,
  name,
  dob: dayFirst(dateOfBirth),
  issueDate: '01/03/2021',
  expiryDate: '28/02/2041',
  guardianName: 'RAVI VERMA',
  dlType: 'LMV',
})

/** UIDAI's own record, the whole number included: so it comes on the wire. */
export const okyc = ({ number, name, dateOfBirth }: Entry): Json => ({
  full_name: name,
  aadhaar_number: number,
  dob: dateOfBirth,
  gender: 'F',
  zip: '560001',
  address: {
    country: 'India',
    dist: 'Bengaluru',
    state: 'Karnataka',
    po: 'Bengaluru',
    loc: 'Test Nagar',
    vtc: 'Bengaluru',
    subdist: '',
    street: 'Sandbox Road',
    house: '12',
    landmark: '',
  },
})
