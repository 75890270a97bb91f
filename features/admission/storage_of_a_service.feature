@extended
Feature: The webhook validates where models are stored
  Up to v0.10.2 the webhook rejects storage URIs whose scheme KServe cannot download. Since v0.11.0 administrators can
  add schemes, so the webhook accepts all of them and an unsupported one fails in the pod. Since v0.16.0 a component can
  have a list of storage URIs, with separate rules.

  @rule-storage-uri-scheme
  Scenario Outline: A model at <uri> is <answer> <when>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: <uri>
      """
    Then the service is <answer>

    @until-0.10.2
    Examples: Up to v0.10.2
      | uri                                          | answer   | when          |
      | gs://example/model                           | accepted | up to v0.10.2 |
      | pvc://example/model                          | accepted | up to v0.10.2 |
      | https://example.blob.core.windows.net/a/b    | accepted | up to v0.10.2 |
      | /mnt/own/model                               | accepted | up to v0.10.2 |
      | oci://example.com/model:1                    | rejected | up to v0.10.2 |
      | hf://example/model                           | rejected | up to v0.10.2 |
      | http://example.blob.core.windows.net/a/b     | rejected | up to v0.10.2 |
      | GS://example/model                           | rejected | up to v0.10.2 |

    @until-0.8.0
    Examples: In v0.8.0
      | uri                  | answer   | when      |
      | hdfs://example/model | rejected | in v0.8.0 |

    @since-0.9.0 @until-0.10.2
    Examples: From v0.9.0 to v0.10.2
      | uri                  | answer   | when         |
      | hdfs://example/model | accepted | since v0.9.0 |

  @rule-storage-uri-scheme @since-0.11.0
  Scenario Outline: Since v0.11.0 a model at <uri> is accepted
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: <uri>
      """
    Then the service is accepted

    Examples:
      | uri                                      |
      | oci://example.com/model:1                |
      | ftp://example/model                      |
      | http://example.blob.core.windows.net/a/b |

  @rule-storage-uri-scheme @until-0.10.2
  Scenario Outline: The storage URI of <what> is checked too
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor: <predictor>
        <component>: <settings>
      """
    Then the service is rejected with "StorageUri [ftp://a] is not supported."

    Examples:
      | what                | predictor                                                                                                           | component   | settings                                                                                                             |
      | a transformer       | {model: {modelFormat: {name: sklearn}}}                                                                             | transformer | {containers: [{name: own, image: example.com/own:1, env: [{name: STORAGE_URI, value: "ftp://a"}]}]}                   |
      | an explainer        | {model: {modelFormat: {name: sklearn}}}                                                                             | explainer   | {art: {type: SquareAttack, storageUri: "ftp://a"}}                                                                   |
      | a container         | {containers: [{name: own, image: example.com/own:1, env: [{name: STORAGE_URI, value: "ftp://a"}]}]}                  | transformer | {containers: [{name: own, image: example.com/own:1}]}                                                                |

  @rule-storage-uri-scheme
  Scenario Outline: The message lists the schemes that the release supports: <releases>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: ftp://example/model
      """
    Then the service is rejected with "<text>"

    @until-0.8.0
    Examples: v0.8.0
      | releases | text                                                                                     |
      | v0.8.0   | must be one of: [gs://, s3://, pvc://, file://, https://, http://] or match https://{}.blob |

    @since-0.9.0 @until-0.10.2
    Examples: v0.9.0 to v0.10.2
      | releases          | text                                                                                                          |
      | v0.9.0 to v0.10.2 | must be one of: [gs://, s3://, pvc://, file://, https://, http://, hdfs://, webhdfs://] or match https://{}.blob |

  @rule-storage-spec-type @since-0.9.0
  Scenario Outline: An explainer with a storage spec <what> is <answer>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        explainer:
          art: {type: SquareAttack, storage: <storage>, storageUri: "<uri>"}
      """
    Then the service is <answer>

    Examples:
      | what                 | storage                  | uri      | answer   |
      | of type s3           | {parameters: {type: s3}} |          | accepted |
      | without a type       | {key: own}               |          | accepted |
      | of type gs           | {parameters: {type: gs}} |          | rejected |
      | next to a URI of S3  | {parameters: {type: gs}} | s3://a/b | accepted |
      | next to a URI of GCS | {parameters: {type: s3}} | gs://a/b | rejected |

  @rule-storage-spec-type @since-0.9.0
  Scenario Outline: <text> is in the message about a storage spec
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        explainer:
          art: {type: SquareAttack, storage: {parameters: {type: gs}}}
      """
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: Before v0.14.0
      | text                                          |
      | storage.spec.type [gs] is not supported.      |

    @since-0.14.0
    Examples: Since v0.14.0
      | text                                                                                          |
      | storage.spec.type, must be one of: [s3://, hdfs://, webhdfs://]. storage.spec.type [gs] is not |

  @rule-storage-spec-type @since-0.9.0
  Scenario: The storage spec of a model is not checked
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storage: {parameters: {type: gs}}
      """
    Then the service is accepted

  @rule-storage-uris-valid @since-0.16.0
  Scenario Outline: A list of storage URIs with <what> is <answer>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          storageUris: <uris>
      """
    Then the service is <answer>

    Examples:
      | what                                         | uris                                                                                                 | answer   |
      | one URI                                      | [{uri: "gs://a"}]                                                                                    | accepted |
      | paths under one parent                       | [{uri: "gs://a", mountPath: /mnt/a}, {uri: "gs://b", mountPath: /mnt/b}]                             | accepted |
      | paths without a common parent                | [{uri: "gs://a", mountPath: /a}, {uri: "gs://b", mountPath: /b}]                                     | rejected |
      | a volume claim elsewhere                     | [{uri: "gs://a", mountPath: /a}, {uri: "pvc://b", mountPath: /b}]                                    | accepted |
      | two volume claims at one path                | [{uri: "pvc://a", mountPath: /a}, {uri: "pvc://b", mountPath: /a}]                                   | accepted |
      | two volume claims at one path next to others | [{uri: "pvc://a", mountPath: /a}, {uri: "pvc://b", mountPath: /a}, {uri: "gs://a"}, {uri: "gs://b"}] | rejected |
      | a path that leads upwards                    | [{uri: "gs://a", mountPath: /a/../b}]                                                                | rejected |
      | the root as path                             | [{uri: "gs://a", mountPath: /}]                                                                      | rejected |
      | a path without parts                         | [{uri: "gs://a", mountPath: //}, {uri: "gs://b", mountPath: /b}]                                     | rejected |

  @rule-storage-uris-valid @since-0.16.0
  Scenario Outline: The message about <what>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: <uri>
          storageUris: <uris>
      """
    Then the service is rejected with "<text>"

    Examples:
      | what                | uri    | uris                                                               | text                                                                |
      | both kinds of URIs  | gs://a | [{uri: "gs://a"}]                                                  | Setting both StorageURI and StorageURIs is not supported.           |
      | no common parent    |        | [{uri: "gs://a", mountPath: /a}, {uri: "gs://b", mountPath: /b}]   | Current paths: [/a /b] have no common parent beyond root            |
      | a path upwards      |        | [{uri: "gs://a", mountPath: /a/../b}]                              | storage path cannot contain '..' for security reasons: /a/../b      |
      | the root            |        | [{uri: "gs://a", mountPath: /}]                                    | storage path cannot be empty                                        |

  @rule-storage-uris-valid @since-0.16.0
  Scenario Outline: The list of <what> is checked too
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        <component>:
          containers:
            - name: own
              image: example.com/own:1
              env: [{name: STORAGE_URI, value: "gs://a"}]
          storageUris: [{uri: "gs://a"}]
      """
    Then the service is rejected with "Setting both StorageURI and StorageURIs is not supported."

    Examples:
      | what          | component   |
      | a transformer | transformer |
      | an explainer  | explainer   |

  @rule-confidential-model-valid @since-0.20.0
  Scenario Outline: A confidential model with <what> is <answer>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: <uri>
            confidential: <confidential>
      """
    Then the service is <answer>

    Examples:
      | what                            | uri    | confidential                                    | answer   |
      | a storage URI                   | gs://a | {enabled: true}                                 | accepted |
      | the id of a key                 | gs://a | {enabled: true, resourceId: "kbs:///a/b/c"}     | accepted |
      | an id that is not a path        | gs://a | {enabled: true, resourceId: "kbs://a/b/c"}      | rejected |
      | no storage URI                  |        | {enabled: true}                                 | rejected |
      | everything wrong but not enabled |       | {enabled: false, resourceId: a}                 | accepted |

  @rule-confidential-model-valid @since-0.20.0
  Scenario: The message about the id of a key
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/model
            confidential: {enabled: true, resourceId: own}
      """
    Then the service is rejected with "must be in the format kbs:///<repo>/<type>/<tag>"
